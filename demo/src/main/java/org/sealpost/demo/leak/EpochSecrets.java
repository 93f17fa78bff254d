package org.sealpost.demo.leak;

import java.util.ArrayList;
import java.util.List;
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

    /** The keys of one epoch, if these secrets hold it. */
    public static java.util.Optional<EpochKeys> keys(List<Secret> secrets, String group, long epoch) {
        return secrets.stream()
                .filter(s -> s.kind().equals("epoch-secret") && s.owner().equals(group + " epoch " + epoch))
                .findFirst()
                .map(s -> EpochKeys.derive(s.octets(), group, epoch));
    }
}
