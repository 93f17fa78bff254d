package org.sealpost.demo.leak;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.sealpost.group.EpochKeys;

/** What the witness says of epoch secrets, and what follows from one. */
public final class EpochSecrets {
    private static final Pattern OWNER = Pattern.compile("(\\S+) epoch (\\d+)");

    private EpochSecrets() {}

    /** The secrets and, for each epoch secret among them, the keys derived from it. */
    public static List<Secret> withDerivedKeys(List<Secret> secrets) {
        List<Secret> all = new ArrayList<>(secrets);
        for (Secret secret : secrets) {
            Matcher owner = OWNER.matcher(secret.owner());
            if (secret.kind().equals("epoch-secret") && owner.matches()) {
                EpochKeys keys = EpochKeys.derive(secret.octets(), owner.group(1), Long.parseLong(owner.group(2)));
                all.add(new Secret("command-key", secret.owner(), keys.command()));
                all.add(new Secret("acknowledgement-key", secret.owner(), keys.acknowledgement()));
                all.add(new Secret("reading-key", secret.owner(), keys.reading()));
                all.add(new Secret("confirmation-key", secret.owner(), keys.confirmation()));
                all.add(new Secret("group-oscore-key", secret.owner(), keys.oscore()));
            }
        }
        return List.copyOf(all);
    }

    /** The keys of one epoch, if these secrets hold it: derived from its secret or, when that stayed in a token, those that the token derived. */
    public static Optional<EpochKeys> keys(List<Secret> secrets, String group, long epoch) {
        String owner = group + " epoch " + epoch;
        return find(secrets, "epoch-secret", owner)
                .map(secret -> EpochKeys.derive(secret, group, epoch))
                .or(() -> ofToken(secrets, owner));
    }

    private static Optional<EpochKeys> ofToken(List<Secret> secrets, String owner) {
        return find(secrets, "group-command-key", owner)
                .map(command -> new EpochKeys(
                        command,
                        find(secrets, "group-acknowledgement-key", owner).orElseThrow(),
                        find(secrets, "group-reading-key", owner).orElseThrow(),
                        find(secrets, "group-confirmation-key", owner).orElseThrow(),
                        find(secrets, "group-oscore-key", owner).orElseThrow(),
                        ""));
    }

    private static Optional<byte[]> find(List<Secret> secrets, String kind, String owner) {
        return secrets.stream()
                .filter(s -> s.kind().equals(kind) && s.owner().equals(owner))
                .findFirst()
                .map(Secret::octets);
    }
}
