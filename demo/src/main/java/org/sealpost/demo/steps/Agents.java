package org.sealpost.demo.steps;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sealpost.demo.fleet.AdminClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The agent beside a gateway, through its control API. */
public final class Agents {
    private final AdminClient control;

    private Agents(AdminClient control) {
        this.control = control;
    }

    /** A command of the agent: who should answer, who did. */
    public record Command(long id, List<String> expected, List<String> answered) {
        public boolean answeredByAll() {
            return !expected.isEmpty() && answered.containsAll(expected);
        }
    }

    public static Agents at(Stage stage, String gateway) throws Exception {
        return new Agents(stage.fleet().agentControl(gateway));
    }

    /** What came of an order: HTTP status and the answer, which holds {@code id} or {@code status} and {@code sentence}. */
    public AdminClient.Answer order(String group, String verb, Map<String, String> arguments) throws Exception {
        return order(group, verb, arguments, false);
    }

    /** As {@link #order(String, String, Map)}, by multicast on the link. */
    public AdminClient.Answer emergency(String group, String verb, Map<String, String> arguments) throws Exception {
        return order(group, verb, arguments, true);
    }

    private AdminClient.Answer order(String group, String verb, Map<String, String> arguments, boolean radio)
            throws Exception {
        ObjectNode order = JsonNodeFactory.instance
                .objectNode()
                .put("group", group)
                .put("target", "all")
                .put("verb", verb);
        ObjectNode args = order.putObject("args");
        arguments.forEach(args::put);
        return control.tryPost("/commands", order.put("notAfterSeconds", 60).put("radio", radio));
    }

    public Command command(long id) throws Exception {
        return command(control.get("/commands/" + id));
    }

    /** All that it remembers. */
    public List<Command> commands() throws Exception {
        List<Command> all = new ArrayList<>();
        for (JsonNode c : control.get("/commands")) {
            all.add(command(c));
        }
        return List.copyOf(all);
    }

    private static Command command(JsonNode c) {
        List<String> expected = new ArrayList<>();
        c.path("expected").forEach(e -> expected.add(e.asString()));
        return new Command(
                c.path("id").asLong(),
                List.copyOf(expected),
                List.copyOf(c.path("answers").propertyNames()));
    }
}
