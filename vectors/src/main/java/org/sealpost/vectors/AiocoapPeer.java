package org.sealpost.vectors;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** aiocoap in a process of its own: takes orders as JSON lines, answers each with one. One order at a time. */
final class AiocoapPeer implements AutoCloseable {
    private static final String SCRIPT = "aiocoap_peer.py";
    private static final String CLIENT = "standard_client.py";
    private static final long SECONDS = 30;

    private final Process process;
    private final BufferedReader answers;
    private final OutputStream orders;

    private AiocoapPeer(Process process) {
        this.process = process;
        this.answers = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        this.orders = process.getOutputStream();
    }

    static AiocoapPeer start(Path interpreter, Path work) throws IOException {
        Path script = work.resolve(SCRIPT);
        Files.write(script, PythonFolder.resource(SCRIPT));
        Files.write(work.resolve(CLIENT), PythonFolder.resource(CLIENT));
        return new AiocoapPeer(new ProcessBuilder(interpreter.toString(), script.toString())
                .redirectError(
                        ProcessBuilder.Redirect.to(work.resolve("aiocoap.log").toFile()))
                .start());
    }

    /** What came of an order; a test fails when the peer could not do it at all. */
    JsonNode order(String what, ObjectNode order) throws IOException {
        order.put("do", what);
        orders.write((order + "\n").getBytes(StandardCharsets.UTF_8));
        orders.flush();
        CompletableFuture<String> line = CompletableFuture.supplyAsync(() -> {
            try {
                return String.valueOf(answers.readLine());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        try {
            return Json.read(line.get(SECONDS, TimeUnit.SECONDS).getBytes(StandardCharsets.UTF_8));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("stopped while aiocoap was asked", e);
        } catch (ExecutionException | TimeoutException | tools.jackson.core.JacksonException e) {
            throw new IOException("aiocoap does not answer: see aiocoap.log in the folder of --work", e);
        }
    }

    @Override
    public void close() throws IOException {
        orders.close();
        try {
            if (!process.waitFor(5, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
