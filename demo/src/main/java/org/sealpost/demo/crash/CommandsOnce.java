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

    /** A command as its commander lists it; identities of members. */
    record Listed(long id, List<String> expected, List<String> answered) {}

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
        Map<String, List<Listed>> lists = lists();
        count = lists.values().stream().mapToInt(List::size).sum();
        return judge(lists, journals, accepted);
    }

    /**
     * What is wrong, if anything.
     *
     * @param lists of each commander (identity), what it lists
     * @param journals of each device (identity), how often it carried out "commander id"
     * @param accepted of each commander, which numbers it told
     */
    static Optional<String> judge(
            Map<String, List<Listed>> lists,
            Map<String, Map<String, Integer>> journals,
            Map<String, Set<Long>> accepted) {
        Set<String> known = new HashSet<>();
        for (var commander : lists.entrySet()) {
            Set<Long> owed = new HashSet<>(accepted.getOrDefault(commander.getKey(), Set.of()));
            for (Listed command : commander.getValue()) {
                owed.remove(command.id());
                String key = commander.getKey() + " " + command.id();
                known.add(key);
                for (var journal : journals.entrySet()) {
                    int times = journal.getValue().getOrDefault(key, 0);
                    Optional<String> fault = judge(command, journal.getKey(), times);
                    if (fault.isPresent()) {
                        return fault.map(f -> journal.getKey() + " " + f + " " + key);
                    }
                }
            }
            if (!owed.isEmpty()) {
                return Optional.of(commander.getKey() + " accepted " + owed + " and knows nothing of it");
            }
        }
        return journals.entrySet().stream()
                .flatMap(j -> j.getValue().keySet().stream()
                        .filter(done -> !known.contains(done))
                        .map(done -> j.getKey() + " carried out " + done + ", which nobody lists"))
                .findFirst();
    }

    private static Optional<String> judge(Listed command, String device, int times) {
        boolean expected = command.expected().contains(device);
        if (times > 1) {
            return Optional.of("carried out " + times + " times");
        }
        if (!expected && times > 0) {
            return Optional.of("carried out, for others as it is,");
        }
        if (expected && times == 0) {
            return Optional.of("did not carry out");
        }
        return expected && !command.answered().contains(device) ? Optional.of("did not acknowledge") : Optional.empty();
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
            all.put(site.plan().identity(device), times);
        }
        return all;
    }
}
