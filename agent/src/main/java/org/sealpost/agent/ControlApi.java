package org.sealpost.agent;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.sealpost.door.OperatorDoor;
import org.sealpost.onem2m.Members;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.ResponseStatus;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What an operator beside the gateway can ask of the agent: command, look at the board, ask how it is. */
final class ControlApi {
    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final long SECONDS = 30;

    private final Agent agent;

    private ControlApi(Agent agent) {
        this.agent = agent;
    }

    static OperatorDoor open(Agent agent, InetSocketAddress address, Path tokenFile) throws IOException {
        ControlApi api = new ControlApi(agent);
        OperatorDoor door = new OperatorDoor(address, tokenFile)
                .route(
                        "/commands",
                        (method, rest, body) -> method.equals("POST") ? api.command(body) : api.board(rest));
        door.route("/status", (method, rest, body) -> api.status(door.counters()));
        door.start();
        return door;
    }

    private JsonNode status(Map<String, Long> atTheDoor) {
        ObjectNode o = JsonNodeFactory.instance
                .objectNode()
                .put("identity", agent.config().identity());
        o.put("registered", agent.registered()).put("enclavePid", agent.enclavePid());
        o.put("enrolled", agent.enclave().enrolment().isPresent());
        o.set("credentials", MAPPER.valueToTree(agent.enclave().credentials()));
        o.put("unverifiedAcknowledgements", agent.board().unverifiedCount());
        ObjectNode counters = o.putObject("counters");
        agent.enclave().counters().forEach((name, count) -> counters.put("enclave." + name, count));
        atTheDoor.forEach(counters::put);
        return o;
    }

    private JsonNode board(String rest) {
        if (rest.isEmpty()) {
            return MAPPER.valueToTree(agent.board().all());
        }
        String number = rest.substring(1);
        if (!number.matches("[0-9]{1,18}")) {
            throw new Refusal(ResponseStatus.BAD_REQUEST, "give /commands or /commands/NUMBER");
        }
        return MAPPER.valueToTree(agent.board()
                .find(Long.parseLong(number))
                .orElseThrow(
                        () -> new Refusal(ResponseStatus.NOT_FOUND, "this agent remembers no command of that number")));
    }

    private static Refusal unanswered() {
        return new Refusal(
                ResponseStatus.TARGET_NOT_REACHABLE,
                "the gateway or the enclave did not answer; a command that was sealed is repeated by itself: look at /commands before sending it again");
    }

    private static Agent.Carrier carrier(Members m) {
        if (m.optionalBoolean("radio").orElse(false)) {
            return Agent.Carrier.RADIO;
        }
        return m.optionalBoolean("notify").orElse(false) ? Agent.Carrier.NOTIFICATIONS : Agent.Carrier.CONTAINERS;
    }

    private JsonNode command(JsonNode body) {
        Members m = Members.of(
                body, "the request", Set.of("group", "target", "verb", "args", "notAfterSeconds", "notify", "radio"));
        Agent.Order order = new Agent.Order(
                m.text("group"),
                m.optionalText("target").orElse("all"),
                m.text("verb"),
                m.textMap("args"),
                m.optionalInteger("notAfterSeconds").orElse(60),
                carrier(m));
        try {
            long id = agent.command(order).toCompletableFuture().get(SECONDS, TimeUnit.SECONDS);
            return JsonNodeFactory.instance.objectNode().put("id", id);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Refusal refusal ? refusal : unanswered();
        } catch (TimeoutException e) {
            throw unanswered();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refusal(ResponseStatus.INTERNAL_SERVER_ERROR, "the agent is stopping");
        }
    }
}
