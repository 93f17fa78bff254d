package org.sealpost.load.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.bouncycastle.crypto.params.Ed25519PrivateKeyParameters;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sealpost.e2e.Jws;
import org.sealpost.enclave.AuthorityKeys.EpochMaterial;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.EndPointKeys.Confirmation;
import org.sealpost.enclave.EndPointKeys.Installation;
import org.sealpost.enclave.EndPointKeys.Lineage;
import org.sealpost.enclave.EndPointKeys.OpenedRequest;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import org.sealpost.enclave.MemberKeys.EpochVerdict;
import org.sealpost.enclave.MemberKeys.HeldCredential;
import org.sealpost.group.Command;
import org.sealpost.group.EpochKeys;
import org.sealpost.group.GroupEnvelope;
import org.sealpost.group.block.EpochBlock;
import org.sealpost.group.block.Latest;
import org.sealpost.group.tree.Subset;
import org.sealpost.group.tree.TreeScheme;
import org.sealpost.group.tree.TreeSecret;
import org.sealpost.load.memory.Disk;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * The simulation finds what it is there to find: defects of the kinds that such systems have had, each put into the seams of a world (before an enclave's calls, under its disk, in its randomness), each
 * found within a few seeds, by the rule that it breaks.
 */
class PlantedDefectsTest {
    private static final int SEEDS = 12;
    private static final long HOURS = 10;

    /** A defect and the rule that finds it. */
    enum Defect implements Wiring {
        WINDOW_MOVED_BEFORE_VERIFICATION("convergence") {
            @Override
            public Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
                Set<String> seen = new HashSet<>();
                return device(identity)
                        ? standing(shipped, (method, arguments, real) -> {
                            boolean repeated = method.equals("openRequest")
                                    && !seen.add(((String) arguments[0]).split("\\.", -1)[2]);
                            return repeated
                                    ? new OpenedRequest.Refused(4000, "received before", Optional.empty())
                                    : real.get();
                        })
                        : shipped;
            }
        },
        NONCE_REUSED_AFTER_A_CRASH("nonce") {
            @Override
            public SecureRandom random(String identity, long start, SecureRandom shipped) {
                return device(identity) && start > 1 ? new SeededRandom(identity.hashCode()) : shipped;
            }

            @Override
            public Disk disk(String identity) {
                return device(identity) ? new Uncounted() : new Disk();
            }
        },
        LEAF_REUSED("excluded") {
            @Override
            public Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
                return reissuing(identity, shipped, knowledge, (header, members) -> {
                    List<Long> out = gone(members).stream()
                            .filter(leaf -> leaf == 0 || leaf > 5)
                            .toList();
                    return TreeScheme.SUBSET_DIFFERENCE.cover(header, Math.max(last(members), 5) + 1, out);
                });
            }
        },
        MISSING_SUFFIX_EXCLUSION("excluded") {
            @Override
            public Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
                return reissuing(identity, shipped, knowledge, (header, members) -> {
                    return TreeScheme.SUBSET_DIFFERENCE.cover(header, 1L << header, gone(members));
                });
            }
        },
        EPOCH_ACCEPTED_BACKWARD("epoch") {
            @Override
            public Disk disk(String identity) {
                return device(identity) ? new Forgetful() : new Disk();
            }
        },
        UNSIGNED_BLOCK_ACCEPTED("split") {
            @Override
            public Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
                return believing(identity, shipped, latest -> !signed(latest, knowledge));
            }
        },
        COMMITMENT_NOT_CHECKED("split") {
            @Override
            public Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
                return believing(identity, shipped, latest -> signed(latest, knowledge));
            }
        },
        COMMAND_ID_STORED_AFTER_ACTING("command") {
            @Override
            public Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
                return device(identity)
                        ? standing(shipped, (method, arguments, real) -> {
                            Late disk = Late.OF.get().get(identity);
                            if (!method.equals("openCommand")) {
                                return real.get();
                            }
                            disk.late = true;
                            try {
                                return real.get();
                            } finally {
                                disk.late = false;
                            }
                        })
                        : shipped;
            }

            @Override
            public Disk disk(String identity) {
                return Late.of(identity);
            }
        },
        DELEGATION_NOT_CHECKED("command") {
            @Override
            public Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
                return device(identity)
                        ? standing(shipped, (method, arguments, real) -> {
                            Object verdict = real.get();
                            return method.equals("openCommand")
                                            && verdict instanceof CommandVerdict.Refused r
                                            && r.status() == 4103
                                    ? opened((String) arguments[0], knowledge)
                                            .<Object>map(x -> x)
                                            .orElse(verdict)
                                    : verdict;
                        })
                        : shipped;
            }
        },
        CONFIRMATION_NOT_VERIFIED("confirmation") {
            @Override
            public Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
                return identity.equals(World.SERVER)
                        ? standing(shipped, (method, arguments, real) -> {
                            if (!method.equals("openRequest")) {
                                return real.get();
                            }
                            Object verdict = real.get();
                            var facts = shipped.currentEpoch(World.DOORS);
                            boolean believes = verdict instanceof OpenedRequest.Refused && facts.isPresent();
                            return believes
                                    ? new OpenedRequest.Answered(
                                            "",
                                            "",
                                            Optional.empty(),
                                            Optional.of(new Confirmation(
                                                    World.DOMAIN + "/gw-0/Cdoor-0",
                                                    World.DOORS,
                                                    facts.get().epoch(),
                                                    facts.get().keyCheckValue(),
                                                    new Lineage(1, "", 0, 0),
                                                    1)))
                                    : verdict;
                        })
                        : shipped;
            }
        },
        SECRET_IN_A_READING("secret") {
            @Override
            public Enclave around(String identity, Enclave shipped, Knowledge knowledge) {
                return device(identity)
                        ? standing(shipped, (method, arguments, real) -> {
                            Object sealed = real.get();
                            return method.equals("sealReading")
                                    ? knowledge
                                            .secret("wrapping-key", identity)
                                            .map(key -> sealed + "."
                                                    + java.util.Base64.getUrlEncoder()
                                                            .withoutPadding()
                                                            .encodeToString(key))
                                            .orElse((String) sealed)
                                    : sealed;
                        })
                        : shipped;
            }
        };

        final String rule;

        Defect(String rule) {
            this.rule = rule;
        }
    }

    @ParameterizedTest
    @EnumSource
    void isFoundByTheRuleThatItBreaks(Defect defect) {
        List<String> found = new ArrayList<>();
        for (long seed = 1; seed <= SEEDS && found.isEmpty(); seed++) {
            try {
                Simulation.run(seed, HOURS, defect);
            } catch (Violation violation) {
                found.add(violation.invariant());
            }
        }
        assertThat(found)
                .as("%s within %d seeds of %d hours", defect, SEEDS, HOURS)
                .containsExactly(defect.rule);
    }

    /** What stands before a call: its name, its arguments, and the shipped enclave's answer when it is asked for. */
    interface Stand {
        Object call(String method, Object[] arguments, Supplier<Object> real);
    }

    private static Enclave standing(Enclave shipped, Stand stand) {
        return (Enclave) Proxy.newProxyInstance(
                Enclave.class.getClassLoader(),
                new Class<?>[] {Enclave.class},
                (proxy, method, arguments) -> stand.call(
                        method.getName(),
                        arguments == null ? new Object[0] : arguments,
                        () -> invoke(shipped, method, arguments)));
    }

    private static Object invoke(Enclave shipped, Method method, Object[] arguments) {
        try {
            return method.invoke(shipped, arguments);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean device(String identity) {
        return identity.contains("/Cdoor-");
    }

    /** Believes what the shipped enclave takes for forged, when it is of that kind: it holds other keys then. */
    private static Enclave believing(String identity, Enclave shipped, java.util.function.Predicate<byte[]> kind) {
        List<HeldCredential> believed = new ArrayList<>();
        return device(identity)
                ? standing(shipped, (method, arguments, real) -> {
                    Object answer = real.get();
                    if (method.equals("installEpoch")
                            && answer instanceof EpochVerdict.Refused r
                            && r.fault().equals("forged")
                            && kind.test((byte[]) arguments[1])) {
                        long epoch = Latest.decode((byte[]) arguments[1])
                                .header()
                                .orElseThrow()
                                .epoch();
                        String check = "5p1175p1175p1175";
                        believed.add(new HeldCredential((String) arguments[0], epoch, check, 0, 0, 0, ""));
                        return new EpochVerdict.Installed(new Installation((String) arguments[0], epoch, check, true));
                    }
                    return method.equals("credentials") && !believed.isEmpty() ? List.copyOf(believed) : answer;
                })
                : shipped;
    }

    /** Whether it is a well-formed block that the server's key signed. */
    private static boolean signed(byte[] latest, Knowledge knowledge) {
        try {
            byte[] key = new Ed25519PrivateKeyParameters(
                            knowledge.secret("block-key", World.SERVER).orElseThrow(), 0)
                    .generatePublicKey()
                    .getEncoded();
            return Latest.decode(latest).block().filter(b -> b.verifies(key)).isPresent();
        } catch (RuntimeException damaged) {
            return false;
        }
    }

    /** Whom a server lets in, from the height of its tree and the leaves of its members. */
    interface Covering {
        List<Subset> of(int height, Set<Long> members);
    }

    private static long last(Set<Long> members) {
        return members.stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /** The leaves up to the last that are nobody's. */
    private static List<Long> gone(Set<Long> members) {
        return LongStream.rangeClosed(0, last(members))
                .boxed()
                .filter(leaf -> !members.contains(leaf))
                .toList();
    }

    /** A server whose blocks have another cover. */
    private static Enclave reissuing(String identity, Enclave shipped, Knowledge knowledge, Covering covering) {
        return identity.equals(World.SERVER)
                ? standing(shipped, (method, arguments, real) -> {
                    Object answer = real.get();
                    return method.equals("epochMaterial") && arguments[0].equals(World.DOORS)
                            ? ((Optional<?>) answer).map(m -> reissued(shipped, (EpochMaterial) m, knowledge, covering))
                            : answer;
                })
                : shipped;
    }

    private static EpochMaterial reissued(Enclave shipped, EpochMaterial m, Knowledge knowledge, Covering covering) {
        EpochBlock block = EpochBlock.decode(m.block());
        var header = block.header();
        Set<Long> leaves = new HashSet<>();
        shipped.members(m.group()).forEach(member -> leaves.add(member.leaf()));
        Optional<byte[]> seed = knowledge.secret("epoch-seed", m.group() + " epoch " + header.epoch());
        Optional<byte[]> tree = knowledge.first("tree-secret", "generation " + header.generation());
        byte[] key = knowledge.secret("block-key", World.SERVER).orElseThrow();
        if (seed.isEmpty() || tree.isEmpty() || m.epoch() != m.blockEpoch()) {
            return m;
        }
        TreeScheme scheme = TreeScheme.values()[header.scheme() - 1];
        EpochBlock other = EpochBlock.issue(
                new EpochBlock.Draft(
                        m.group(),
                        header.generation(),
                        header.epoch(),
                        header.notAfter(),
                        header.previous(),
                        header.commanderVersion(),
                        header.commanders()),
                scheme,
                header.height(),
                new TreeSecret(scheme, header.height(), m.group(), header.generation(), tree.get()),
                covering.of(header.height(), leaves),
                seed.get(),
                key);
        return new EpochMaterial(
                m.group(),
                m.epoch(),
                m.generation(),
                m.prepared(),
                m.blockEpoch(),
                other.encode(),
                Latest.of(other, Optional.empty()).encode());
    }

    private static Optional<CommandVerdict.Execute> opened(String envelope, Knowledge knowledge) {
        GroupEnvelope parsed = GroupEnvelope.parse(GroupEnvelope.Use.COMMAND, envelope);
        return knowledge
                .secret("epoch-secret", World.DOORS + " epoch " + parsed.epoch())
                .map(secret -> {
                    EpochKeys keys = EpochKeys.derive(secret, World.DOORS, parsed.epoch());
                    Command c = Command.decode(Jws.parse(new String(parsed.open(keys), StandardCharsets.US_ASCII))
                            .payload());
                    return new CommandVerdict.Execute(
                            c.commander() + "#" + c.id(),
                            c.group(),
                            c.epoch(),
                            c.commander(),
                            c.id(),
                            c.target().print(),
                            c.verb(),
                            c.arguments());
                });
    }

    /** A disk whose last saves are gone when somebody reads it again. */
    private static final class Forgetful extends Disk {
        private static final int LOST = 3;
        private final List<byte[]> saves = new ArrayList<>();

        @Override
        public Optional<byte[]> load(String name) {
            return saves.size() <= LOST + 2
                    ? super.load(name)
                    : Optional.of(saves.get(saves.size() - 1 - LOST).clone());
        }

        @Override
        public void save(String name, byte[] state) {
            saves.add(Arrays.copyOf(state, state.length));
            super.save(name, state);
        }
    }

    /** A disk on which the counters that were reserved are gone when somebody reads it again. */
    private static final class Uncounted extends Disk {
        private static final CBORMapper MAPPER = new CBORMapper();

        @Override
        public Optional<byte[]> load(String name) {
            return super.load(name).map(octets -> {
                ObjectNode state = (ObjectNode) MAPPER.readTree(octets);
                assertThat(state.has("counters")).isTrue();
                state.putObject("counters");
                return MAPPER.writeValueAsBytes(state);
            });
        }
    }

    /** A disk that keeps what is saved in a command's opening for the next save. */
    private static final class Late extends Disk {
        static final ThreadLocal<java.util.Map<String, Late>> OF = ThreadLocal.withInitial(java.util.HashMap::new);
        boolean late;

        static Late of(String identity) {
            Late disk = new Late();
            OF.get().put(identity, disk);
            return disk;
        }

        @Override
        public void save(String name, byte[] state) {
            if (!late) {
                super.save(name, state);
            }
        }
    }
}
