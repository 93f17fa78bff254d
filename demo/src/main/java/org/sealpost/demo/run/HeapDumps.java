package org.sealpost.demo.run;

import com.sun.tools.attach.AttachNotSupportedException;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Heap dumps of running JVMs, unreachable objects included, as any program of the same user can take them. */
public final class HeapDumps {
    private HeapDumps() {}

    /** Writes a dump in HPROF format; the target must allow to attach. */
    public static void dump(long pid, Path file) throws IOException {
        try {
            VirtualMachine machine = VirtualMachine.attach(Long.toString(pid));
            try (InputStream answer = command(machine, "GC.heap_dump -all \"" + file + "\"")) {
                String text = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
                if (!Files.exists(file)) {
                    throw new IOException("no heap dump of process " + pid + ": " + text.strip());
                }
            } finally {
                machine.detach();
            }
        } catch (AttachNotSupportedException e) {
            throw new IOException("process " + pid + " does not let its heap be dumped: " + e.getMessage(), e);
        }
    }

    /** What jcmd does; the method is public, its package is exported to us on the command line. */
    private static InputStream command(VirtualMachine machine, String command) throws IOException {
        try {
            return (InputStream)
                    machine.getClass().getMethod("executeJCmd", String.class).invoke(machine, command);
        } catch (InvocationTargetException e) {
            throw new IOException("heap dump refused", e.getCause());
        } catch (ReflectiveOperationException e) {
            throw new IOException("this JDK has no way to dump a heap from outside", e);
        }
    }
}
