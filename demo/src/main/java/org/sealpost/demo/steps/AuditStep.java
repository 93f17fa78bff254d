package org.sealpost.demo.steps;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.sealpost.demo.fleet.Console;
import org.sealpost.demo.story.Evidence;
import org.sealpost.demo.story.NotProved;

/** The server's audit log. */
final class AuditStep extends Scene {
    AuditStep(Stage stage) {
        super(
                stage,
                "audit",
                "The audit log is verified",
                "every entry is chained to the one before, and checkpoints are signed inside the enclave");
    }

    @Override
    public void run(Evidence evidence) throws Exception {
        if (stage.fault() == Fault.AUDIT_ENTRY_REMOVED) {
            removeAnEntry(stage.fleet().node("server").state().resolve("server.db"));
        }
        Console.Audit audit = stage.console().verifyAudit();
        NotProved.unless(
                audit.fault().isEmpty(),
                "the audit log is damaged: " + audit.fault().orElse(""));
        NotProved.unless(audit.entries() > 0, "the audit log is empty");
        evidence.proved(audit.entries() + " entries hold, " + audit.checkpoints() + " signed checkpoints");
    }

    private static void removeAnEntry(Path database) throws SQLException {
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = 5000");
            statement.executeUpdate("delete from audit where seq = 3");
        }
    }
}
