package org.sealpost.agent;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.sealpost.onem2m.PrimitiveCodec;
import org.sealpost.onem2m.Refusal;
import org.sealpost.onem2m.Serialization;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** {@code sealpost agent emergency}: a command on the link itself, given through a running agent, and who answered. */
@Command(
        name = "emergency",
        mixinStandardHelpOptions = true,
        description =
                "Has a running agent send a command on the link itself (Group OSCORE multicast), and shows who answered.",
        footer = {
            "",
            "Example:",
            "  sealpost agent emergency fire-doors close --control 127.0.0.1:8091 --token state/agent-north/agent.token",
            "",
            "Exit codes: 0 all members did it, 1 some did not, or the agent refused or is away, 2 wrong options."
        })
final class EmergencyCall implements Callable<Integer> {
    private static final PrimitiveCodec CODEC = PrimitiveCodec.of(Serialization.JSON);
    private static final long POLL_MILLIS = 50;

    @Parameters(index = "0", paramLabel = "GROUP", description = "Name of the group.")
    String group = "";

    @Parameters(index = "1", paramLabel = "VERB", description = "What to do, such as close.")
    String verb = "";

    @Option(
            names = "--target",
            paramLabel = "WHOM",
            defaultValue = "all",
            description = "all, zone:NAME or member:IDENTITY. Default ${DEFAULT-VALUE}.")
    String target = "";

    @Option(names = "--control", required = true, paramLabel = "HOST:PORT", description = "The agent's door.")
    String control = "";

    @Option(names = "--token", required = true, paramLabel = "FILE", description = "agent.token in the agent's state.")
    Path token = Path.of("agent.token");

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "10",
            description = "How long to wait for answers. Default ${DEFAULT-VALUE}.")
    long wait;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    @Override
    public Integer call() throws InterruptedException {
        try {
            ObjectNode order = JsonNodeFactory.instance.objectNode();
            order.put("group", group).put("verb", verb).put("target", target).put("radio", true);
            long id =
                    ask("POST", "/commands", CODEC.encodeTree(order)).path("id").asLong();
            JsonNode row = row(id);
            long until = System.nanoTime() + Duration.ofSeconds(wait).toNanos();
            while (row.path("answers").size() < row.path("expected").size() && System.nanoTime() < until) {
                Thread.sleep(POLL_MILLIS);
                row = row(id);
            }
            return report(id, row);
        } catch (Refusal refusal) {
            System.err.println("sealpost agent: " + refusal.sentence());
        } catch (IOException away) {
            System.err.println("sealpost agent: no agent answers at " + control + " (" + away.getMessage()
                    + "): start it, or give its address with --control and its token with --token");
        }
        return 1;
    }

    private int report(long id, JsonNode row) {
        System.out.println("command " + id + ": " + verb + " to " + target + " of " + group);
        int done = 0;
        for (JsonNode member : row.path("expected")) {
            JsonNode answer = row.path("answers").path(member.asString());
            String outcome = answer.path("outcome").asString("silent");
            done += outcome.equals("done") ? 1 : 0;
            System.out.println("  " + member.asString() + "  " + outcome + "  "
                    + answer.path("detail").asString(""));
        }
        System.out.println(done + " of " + row.path("expected").size() + " did it");
        return done == row.path("expected").size() ? 0 : 1;
    }

    private JsonNode row(long id) throws IOException, InterruptedException {
        return ask("GET", "/commands/" + id, new byte[0]);
    }

    private JsonNode ask(String method, String path, byte[] body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://" + control + path))
                .timeout(Duration.ofSeconds(35))
                .header(
                        "Authorization",
                        "Bearer "
                                + Files.readString(token, StandardCharsets.US_ASCII)
                                        .strip())
                .method(method, HttpRequest.BodyPublishers.ofByteArray(body))
                .build();
        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        JsonNode answer = CODEC.decodeTree(response.body());
        if (response.statusCode() != 200) {
            throw new IOException(answer.path("sentence").asString("status " + response.statusCode()));
        }
        return answer;
    }
}
