package org.sealpost.onem2m;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Any primitive survives the wire; any damage to one is a refusal or another primitive, never anything else. */
class CodecPropertyTest {
    private static final long SEED = 20261124L;
    private static final int ROUNDS = 500;
    private static final int DAMAGED = 10;
    private static final String[] TEXTS = {
        "", "a", "Cdoor-1", "/in-cse/x", "\u00fc\u20ac", "\ud83d\ude80", "\"\\\n\u0001", " "
    };

    private final RandomGenerator random =
            RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void requestsAndResponsesSurvive(Serialization serialization) {
        PrimitiveCodec codec = PrimitiveCodec.of(serialization);
        for (int round = 0; round < ROUNDS; round++) {
            RequestPrimitive request = request();
            assertThat(codec.decodeRequest(codec.encode(request)))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(request);
            assertThat(codec.requestFromTree(codec.toTree(request)))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(request);
            ResponsePrimitive response = response();
            assertThat(codec.decodeResponse(codec.encode(response)))
                    .as("seed %d, round %d", SEED, round)
                    .isEqualTo(response);
        }
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void everyFlippedBitAndEveryCutIsARefusalOrAPrimitiveThatSurvives(Serialization serialization) {
        PrimitiveCodec codec = PrimitiveCodec.of(serialization);
        for (int round = 0; round < DAMAGED; round++) {
            byte[] sound = codec.encode(request());
            for (int bit = 0; bit < sound.length * 8; bit++) {
                byte[] damaged = sound.clone();
                damaged[bit / 8] ^= (byte) (1 << bit % 8);
                judge(codec, damaged, round, bit);
            }
            for (int length = 0; length < sound.length; length++) {
                judge(codec, java.util.Arrays.copyOf(sound, length), round, -length);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Serialization.class)
    void noiseIsARefusalOrAPrimitiveThatSurvives(Serialization serialization) {
        PrimitiveCodec codec = PrimitiveCodec.of(serialization);
        for (int round = 0; round < 20_000; round++) {
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            judge(codec, noise, round, 0);
        }
    }

    /** Whatever could be read can be written again, and reads the same. */
    private static void judge(PrimitiveCodec codec, byte[] octets, int round, int where) {
        try {
            RequestPrimitive read = codec.decodeRequest(octets);
            RequestPrimitive again = codec.decodeRequest(codec.encode(read));
            // Timestamps are written without their fraction.
            assertThat(codec.encode(again)).isEqualTo(codec.encode(read));
        } catch (Refusal refusal) {
            assertThat(refusal.sentence()).isNotEmpty();
        } catch (RuntimeException e) {
            fail("seed %d, round %d, at %d".formatted(SEED, round, where), e);
        }
    }

    private RequestPrimitive request() {
        RequestPrimitive.Builder b = new RequestPrimitive.Builder(Operation.of(random.nextInt(1, 6)), text(), text());
        maybe(this::text).ifPresent(b::from);
        maybe(() -> random.nextInt()).ifPresent(b::resourceType);
        maybe(this::content).ifPresent(b::content);
        b.releaseVersion(maybe(this::text));
        maybe(this::time).ifPresent(b::originatingTimestamp);
        maybe(this::time).ifPresent(b::requestExpiration);
        maybe(this::time).ifPresent(b::resultExpiration);
        maybe(() -> new ResponseType(random.nextInt(1, 5), texts())).ifPresent(b::responseType);
        maybe(() -> random.nextInt(20)).ifPresent(b::resultContent);
        maybe(() -> random.nextInt(20)).ifPresent(b::eventCategory);
        maybe(this::text).ifPresent(b::groupRequestId);
        return b.groupTargets(texts()).attributes(texts()).filter(filter()).build();
    }

    private ResponsePrimitive response() {
        ResponseStatus[] all = ResponseStatus.values();
        return new ResponsePrimitive(
                all[random.nextInt(all.length)],
                text(),
                maybe(this::content),
                maybe(this::text),
                maybe(this::text),
                maybe(this::time),
                maybe(this::time),
                maybe(this::text),
                Optional.empty());
    }

    private Map<String, String> filter() {
        Map<String, String> filter = new TreeMap<>();
        String[] names = {"fu", "ty", "lbl", "cra", "lim", "cty", "atr", "\u00fc"};
        String[] values = {"1", "0", "01", "2+3", "a+b", "+", "", "99999999999", "text"};
        for (int i = random.nextInt(4); i > 0; i--) {
            filter.put(names[random.nextInt(names.length)], values[random.nextInt(values.length)]);
        }
        return filter;
    }

    private Content content() {
        return new Content("m2m:x" + random.nextInt(10), tree(0));
    }

    private JsonNode tree(int depth) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        return switch (random.nextInt(depth < 5 ? 9 : 7)) {
            case 0 -> make.stringNode(text());
            case 1 -> make.numberNode(random.nextInt());
            case 2 -> make.numberNode(random.nextLong() | 1L << 40);
            case 3 -> make.numberNode(random.nextInt() / 256.0);
            case 4 -> make.booleanNode(random.nextBoolean());
            case 5 -> make.nullNode();
            case 6 -> make.stringNode("x".repeat(random.nextInt(300)));
            case 7 -> {
                ArrayNode array = make.arrayNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(tree(depth + 1));
                }
                yield array;
            }
            default -> {
                ObjectNode object = make.objectNode();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.set(text() + i, tree(depth + 1));
                }
                yield object;
            }
        };
    }

    private Instant time() {
        return Instant.ofEpochSecond(random.nextLong(4_000_000_000L));
    }

    private String text() {
        return TEXTS[random.nextInt(TEXTS.length)] + random.nextInt(100);
    }

    private List<String> texts() {
        List<String> texts = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            texts.add(text());
        }
        return texts;
    }

    private <T> Optional<T> maybe(Supplier<T> supplier) {
        return random.nextBoolean() ? Optional.of(supplier.get()) : Optional.empty();
    }
}
