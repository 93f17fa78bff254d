package org.sealpost.demo.leak;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * Searches places for secrets, and itself: in each kind of place a canary must have been planted, and must be found. Not thread-safe.
 */
public final class LeakCheck {
    private final Map<Place, Secret> canaries;
    private final Scanner scanner;
    private final Set<Place> canariesFound = EnumSet.noneOf(Place.class);
    private final Map<Place, Searched> searched = new EnumMap<>(Place.class);
    private final List<Finding> leaks = new ArrayList<>();
    private final int secrets;

    /** How much of a kind of place was searched. */
    public record Searched(int files, long octets) {
        Searched plus(long more) {
            return new Searched(files + 1, octets + more);
        }
    }

    /**
     * What came of it.
     *
     * @param leaks secrets where they must not be
     * @param blind kinds of places whose canary was not found: there the check proves nothing
     */
    public record Report(int secrets, Map<Place, Searched> searched, List<Finding> leaks, Set<Place> blind) {
        public boolean clean() {
            return leaks.isEmpty() && blind.isEmpty();
        }
    }

    /** One canary for each kind of place, from this seed: different in each run, the same in a repetition. */
    public static Map<Place, Secret> canaries(long seed) {
        Random random = new Random(seed);
        Map<Place, Secret> made = new EnumMap<>(Place.class);
        for (Place place : Place.values()) {
            byte[] octets = new byte[32];
            random.nextBytes(octets);
            made.put(place, new Secret(Custody.CANARY, place.name(), octets));
        }
        return made;
    }

    public LeakCheck(List<Secret> secrets, Map<Place, Secret> canaries) {
        this.canaries = Map.copyOf(canaries);
        this.secrets = secrets.size();
        List<Secret> all = new ArrayList<>(secrets);
        all.addAll(canaries.values());
        scanner = new Scanner(all);
    }

    /** Searches a file, or all files below a directory except those below {@code except}. */
    public void search(Place place, Path root, Set<Path> except) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
                return except.contains(directory) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile() && !except.contains(file)) {
                    searchFile(place, file);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // deleted while we walked
                }
                throw e;
            }
        });
    }

    private void searchFile(Place place, Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file)) {
            long size = in.size();
            for (Finding finding : scanner.scan(file.toString(), in)) {
                note(place, finding);
            }
            searched.merge(place, new Searched(1, size), (a, b) -> a.plus(b.octets));
        } catch (NoSuchFileException e) {
            // A running program deleted it (a database's journal): nothing to leak there any more.
            searched.putIfAbsent(place, new Searched(0, 0));
        }
    }

    private void note(Place place, Finding finding) {
        if (finding.secret().equals(canaries.get(place))) {
            canariesFound.add(place);
        } else if (!Custody.allows(finding.secret().kind(), place)) {
            leaks.add(finding);
        }
    }

    /** What came of all searches so far. */
    public Report report() {
        Set<Place> blind = EnumSet.allOf(Place.class);
        blind.removeAll(canariesFound);
        return new Report(secrets, Map.copyOf(searched), List.copyOf(leaks), Set.copyOf(blind));
    }
}
