import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/**
 * Takes the signatures out of jars; the launcher runs it on its copies of the libraries, which Maven has checked. A JVM that loads a class from a signed jar reads the digests of all entries first and keeps
 * them: 4 MiB in each process that uses BouncyCastle, for a signer whom nobody asks for. Nor does an archive of class data take classes of signed jars.
 */
public final class Unsigned {
    private Unsigned() {}

    /** @param jars files; those without a signature stay as they are */
    public static void main(String[] jars) throws IOException {
        for (String jar : jars) {
            Path file = Path.of(jar);
            try (JarFile old = new JarFile(file.toFile(), false)) {
                if (old.stream().anyMatch(Unsigned::ofSignature)) {
                    Path fresh = file.resolveSibling(file.getFileName() + ".new");
                    rewrite(old, fresh);
                    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }

    private static void rewrite(JarFile old, Path fresh) throws IOException {
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().putAll(old.getManifest().getMainAttributes());
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(fresh), manifest)) {
            List<JarEntry> kept = old.stream()
                    .filter(e -> !ofSignature(e) && !e.getName().equals(JarFile.MANIFEST_NAME))
                    .toList();
            for (JarEntry entry : kept) {
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTime(entry.getTime());
                out.putNextEntry(copy);
                try (InputStream in = old.getInputStream(entry)) {
                    in.transferTo(out);
                }
                out.closeEntry();
            }
        }
    }

    private static boolean ofSignature(JarEntry entry) {
        return entry.getName().matches("META-INF/[^/]+\\.(SF|RSA|DSA|EC)");
    }
}
