package org.sealpost.acceptance.shield;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.tools.attach.VirtualMachine;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * A program that means harm, run by the test as some user: tries one thing and says on standard output {@code in} when it got in, {@code out: WHY} when it was
 * kept out. Tries: {@code mem PID}, {@code environ PID}, {@code fd PID}, {@code ptrace PID}, {@code vmread PID}, {@code attach PID}, {@code silent SOCKET},
 * {@code token SOCKET HEX}. And one that is no intruder, {@code owner SOCKET HEX}: says what the enclave counted.
 */
public final class Intruder {
    private static final long PTRACE_ATTACH = 16;
    private static final long PTRACE_DETACH = 17;
    private static final int ADMITTED = 1;

    private Intruder() {}

    public static void main(String[] args) throws Exception {
        String why;
        try {
            why = switch (args[0]) {
                case "mem" -> mem(args[1]);
                case "environ" -> read(Path.of("/proc", args[1], "environ"));
                case "fd" -> descriptors(Path.of("/proc", args[1], "fd"));
                case "ptrace" -> ptrace(Long.parseLong(args[1]));
                case "vmread" -> vmRead(Long.parseLong(args[1]));
                case "attach" -> attach(args[1]);
                case "silent" -> call(args[1], new byte[0]);
                case "token" -> call(args[1], HexFormat.of().parseHex(args[2]));
                case "owner" -> counters(args[1], HexFormat.of().parseHex(args[2]));
                default -> throw new IllegalArgumentException(args[0]);
            };
        } catch (IOException e) {
            why = e.toString();
        }
        System.out.println(why.isEmpty() ? "in" : "out: " + why);
    }

    private static String counters(String socket, byte[] token) throws IOException {
        try (RawEnclave owner = RawEnclave.open(Path.of(socket), token, "main")) {
            return String.valueOf(owner.enclave().counters());
        }
    }

    /** Reads the start of the first mapping that is listed; opening alone is not proof. */
    private static String mem(String pid) throws IOException {
        String first = Files.readAllLines(Path.of("/proc", pid, "maps")).get(0);
        long at = Long.parseUnsignedLong(first.substring(0, first.indexOf('-')), 16);
        try (RandomAccessFile memory = new RandomAccessFile("/proc/" + pid + "/mem", "r")) {
            memory.seek(at);
            memory.readByte();
        }
        return "";
    }

    private static String read(Path file) throws IOException {
        Files.readAllBytes(file);
        return "";
    }

    private static String descriptors(Path directory) throws IOException {
        try (var all = Files.list(directory)) {
            return all.findAny().isPresent() ? "" : "there are none";
        }
    }

    private static String ptrace(long pid) {
        Function ptrace = NativeLibrary.getInstance("c").getFunction("ptrace");
        if (ptrace.invokeLong(new Object[] {PTRACE_ATTACH, pid, 0L, 0L}) != 0) {
            return "errno " + Native.getLastError();
        }
        ptrace.invokeLong(new Object[] {PTRACE_DETACH, pid, 0L, 0L});
        return "";
    }

    /** Asks for an address that nobody maps: a shielded process answers EPERM (1), an open one EFAULT (14). */
    private static String vmRead(long pid) {
        Memory local = new Memory(16);
        Memory into = new Memory(8);
        local.setPointer(0, into);
        local.setLong(8, 8);
        Memory remote = new Memory(16);
        remote.setLong(0, 8);
        remote.setLong(8, 8);
        NativeLibrary.getInstance("c")
                .getFunction("process_vm_readv")
                .invokeLong(new Object[] {pid, local, 1L, remote, 1L, 0L});
        int errno = Native.getLastError();
        java.lang.ref.Reference.reachabilityFence(into);
        return errno == 14 ? "" : "errno " + errno;
    }

    private static String attach(String pid) throws IOException {
        try {
            VirtualMachine.attach(pid).detach();
            return "";
        } catch (com.sun.tools.attach.AttachNotSupportedException e) {
            return e.toString();
        }
    }

    /** Says hello on the enclave's socket (a length and as many octets), and asks for something; empty when that was answered. */
    private static String call(String socket, byte[] token) throws IOException {
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            channel.write(ByteBuffer.allocate(4 + token.length)
                    .putInt(token.length)
                    .put(token)
                    .flip());
            ByteBuffer answer = ByteBuffer.allocate(5);
            while (answer.hasRemaining()) {
                if (channel.read(answer) < 0) {
                    return "the connection was closed";
                }
            }
            return answer.get(4) == ADMITTED ? "" : "an answer of another kind";
        }
    }
}
