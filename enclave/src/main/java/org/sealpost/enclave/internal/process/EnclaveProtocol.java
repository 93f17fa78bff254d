package org.sealpost.enclave.internal.process;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.GroupOscoreKeys.ProtectedVerdict;
import org.sealpost.enclave.MemberKeys.CommandVerdict;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.cbor.CBORMapper;

/**
 * The calls that the enclave's socket knows: the methods of {@link Enclave}, by name, and nothing else. A request frame is a CBOR map of {@code id}, {@code in}
 * (compartment), {@code call}, {@code args}; a reply of {@code id} and {@code result} (with {@code variant}, where the reply's type has several), or
 * {@code status} and {@code sentence} of a refusal, or {@code sentence} alone when the enclave is unavailable.
 */
public final class EnclaveProtocol {
    static final CBORMapper MAPPER = CBORMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .changeDefaultNullHandling(nulls -> nulls.withContentNulls(com.fasterxml.jackson.annotation.Nulls.FAIL))
            .addMixIn(ProtectedVerdict.class, Variant.class)
            .build();

    /** For a type with several forms that stands inside of a result: it names its form itself. */
    private interface Variant {
        @JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "variant")
        CommandVerdict verdict();
    }

    private static final Map<String, Method> CALLS = Arrays.stream(Enclave.class.getMethods())
            .filter(m -> !m.getName().equals("close"))
            .collect(Collectors.toUnmodifiableMap(Method::getName, Function.identity()));

    private EnclaveProtocol() {}

    /** All calls, in the order of their names. */
    public static List<Method> calls() {
        return CALLS.values().stream()
                .sorted(Comparator.comparing(Method::getName))
                .toList();
    }

    static Method call(String name) {
        Method method = CALLS.get(name);
        if (method == null) {
            throw new IllegalArgumentException("there is no such call");
        }
        return method;
    }

    /** A request frame's tree. The parser makes half characters of octets that are not UTF-8, which no reply and no state could hold. */
    static JsonNode request(byte[] octets) {
        JsonNode request = MAPPER.readTree(octets);
        requireText(request);
        return request;
    }

    private static void requireText(JsonNode node) {
        if (node.isString()) {
            requireText(node.asString());
        }
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            requireText(member.getKey());
        }
        node.forEach(EnclaveProtocol::requireText);
    }

    private static void requireText(String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("a text is not UTF-8");
        }
    }

    static ArrayNode arguments(Object[] values) {
        ArrayNode array = MAPPER.createArrayNode();
        for (Object value : values) {
            array.add(MAPPER.<JsonNode>valueToTree(value));
        }
        return array;
    }

    static Object[] arguments(Method method, JsonNode array) {
        var types = method.getGenericParameterTypes();
        if (array.size() != types.length) {
            throw new IllegalArgumentException("a call has another number of arguments");
        }
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < types.length; i++) {
            if (array.get(i).isNull() && method.getParameterTypes()[i] != java.util.Optional.class) {
                throw new IllegalArgumentException("a call lacks an argument");
            }
            values.add(convert(array.get(i), MAPPER.constructType(types[i])));
        }
        return values.toArray();
    }

    static void putResult(ObjectNode reply, Method method, Object result) {
        if (method.getReturnType().isSealed()) {
            reply.put("variant", result.getClass().getSimpleName());
        }
        reply.set("result", MAPPER.valueToTree(result));
    }

    static Object result(JsonNode reply, Method method) {
        Class<?> type = method.getReturnType();
        if (!type.isSealed()) {
            return convert(reply.get("result"), MAPPER.constructType(method.getGenericReturnType()));
        }
        String variant = reply.get("variant").asString();
        Class<?> chosen = Arrays.stream(type.getPermittedSubclasses())
                .filter(c -> c.getSimpleName().equals(variant))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("a reply is of an unknown kind"));
        return convert(reply.get("result"), MAPPER.constructType(chosen));
    }

    private static Object convert(JsonNode node, JavaType type) {
        return MAPPER.treeToValue(node, type);
    }
}
