package org.sealpost.demo.crash;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.sealpost.demo.fleet.Plan;

/**
 * Every command that its giver was told a number of, and every one that its commander lists, is carried out once by each device it is for, and acknowledged; no device carries out any other.
 * What was carried out stands in the devices' journals.
 */
final class CommandsOnce implements Invariant {
    private final Site site;
    private final Map<String, Set<Long>> accepted = new ConcurrentHashMap<>();
    private int count;

    CommandsOnce(Site site) {
        this.site = site;
    }

    /** A commander's list of its commands. */
    private record Listed(long id, List<String> expected, List<String> answered) {}

    /** A commander (identity) told a number. */
    void accepted(String commander, long id) {
        accepted.computeIfAbsent(commander, c -> ConcurrentHashMap.newKeySet()).add(id);
    }

    /** How many commands were given so far. */
    int count() {
        return count;
    }

    @Override
    public String name() {
        return "each command is carried out once and acknowledged";
    }

    @Override
    public Optional<String> broken() throws Exception {
        Map<String, Map<String, Integer>> journals = journals();
        Set<String> known = new HashSet<>();
        for (var commander : lists().entrySet()) {
            Set<Long> owed = new HashSet<>(accepted.getOrDefault(commander.getKey(), Set.of()));
            for (Listed command : commander.getValue()) {
                owed.remove(command.id());
                String key = commander.getKey() + " " + command.id();
                known.add(key);
                Optional<String> fault = fault(command, key, journals);
                if (fault.isPresent()) {
                    return fault;
                }
            }
            if (!owed.isEmpty()) {
                return Optional.of(commander.getKey() + " accepted " + owed + " and knows nothing of it");
            }
        }
        count = known.size();
        for (var journal : journals.entrySet()) {
            for (String done : journal.getValue().keySet()) {
                if (!known.contains(done)) {
                    return Optional.of(journal.getKey() + " carried out " + done + ", which nobody lists");
                }
            }
        }
        return Optional.empty();
    }

    private Optional<String> fault(Listed command, String key, Map<String, Map<String, Integer>> journals) {
        for (Plan.Device device : site.devices()) {
            String identity = site.plan().identity(device);
            int times = journals.getOrDefault(device.name(), Map.of()).getOrDefault(key, 0);
            boolean expected = command.expected().contains(identity);
            if (times > 1) {
                return Optional.of(device.name() + " carried out " + key + " " + times + " times");
            }
            if (expected && times == 0) {
                return Optional.of(device.name() + " did not carry out " + key);
            }
            if (expected && !command.answered().contains(identity)) {
                return Optional.of(device.name() + " did not acknowledge " + key);
            }
        }
        return Optional.empty();
    }

    private Map<String, List<Listed>> lists() throws Exception {
        Map<String, List<Listed>> lists = new LinkedHashMap<>();
        lists.put(
                site.plan().server(),
                site.console().commands().stream()
                        .map(c -> new Listed(
                                c.id(),
                                c.expected(),
                                c.answers().stream().map(a -> a.member()).toList()))
                        .toList());
        for (String gateway : site.plan().gateways()) {
            lists.put(
                    site.plan().agent(gateway),
                    site.agent(gateway).commands().stream()
                            .map(c -> new Listed(c.id(), c.expected(), c.answered()))
                            .toList());
        }
        return lists;
    }

    /** How often each device did each command: lines of "time commander id verb state". */
    private Map<String, Map<String, Integer>> journals() throws Exception {
        Map<String, Map<String, Integer>> all = new HashMap<>();
        for (Plan.Device device : site.devices()) {
            Map<String, Integer> times = new HashMap<>();
            for (String line : new ArrayList<>(site.device(device.name()).actions())) {
                String[] words = line.split(" ");
                if (words.length < 5) {
                    throw new java.io.IOException("a line is being written to the journal of " + device.name());
                }
                times.merge(words[1] + " " + words[2], 1, Integer::sum);
            }
            all.put(device.name(), times);
        }
        return all;
    }
}
