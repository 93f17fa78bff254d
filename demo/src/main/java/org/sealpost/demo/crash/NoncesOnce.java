package org.sealpost.demo.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.sealpost.demo.attack.NonceAudit;
import org.sealpost.demo.attack.Wiretap;

/** No initialisation vector is used for two messages under a key, in everything that was ever recorded. */
final class NoncesOnce implements Invariant {
    private final Wiretap wiretap;
    private final NonceAudit.Book book = new NonceAudit.Book();
    private final Map<Path, Long> read = new HashMap<>();

    NoncesOnce(Wiretap wiretap) {
        this.wiretap = wiretap;
    }

    @Override
    public String name() {
        return "no key and IV occur twice";
    }

    @Override
    public Optional<String> broken() throws IOException {
        for (Path file : wiretap.files()) {
            long size = Files.size(file);
            if (!Long.valueOf(size).equals(read.put(file, size))) {
                Wiretap.sealedObjects(file).forEach(book::add);
            }
        }
        NonceAudit audit = book.audit();
        return audit.reused().isEmpty() ? Optional.empty() : Optional.of(String.join("; ", audit.reused()));
    }

    /** How many sealed objects were compared. */
    int objects() {
        return book.audit().objects();
    }
}
