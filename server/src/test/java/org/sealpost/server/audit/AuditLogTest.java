package org.sealpost.server.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.server.store.Database;
import org.sealpost.server.store.StorageException;

class AuditLogTest {
    @TempDir
    Path folder;

    private SecureEnvironment environment;
    private Database database;
    private AuditLog log;

    @BeforeEach
    void open() {
        environment = SecureEnvironment.inProcess(folder.resolve("enclave"), InstantSource.system());
        Enclave enclave = environment.compartment("server");
        enclave.found("//sealpost.example/in-cse");
        database = Database.open(folder.resolve("server.db"));
        log = new AuditLog(database, enclave, InstantSource.system());
        for (int i = 1; i <= 40; i++) {
            log.append("credential.sealed", "entry " + i);
        }
    }

    @AfterEach
    void close() {
        database.close();
        environment.close();
    }

    @Test
    void aWholeLogVerifies() {
        AuditLog.Verdict verdict = log.verify();
        assertThat(verdict.fault()).isEmpty();
        assertThat(verdict.entries()).isEqualTo(40);
        assertThat(verdict.checkpoints()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "delete from audit where seq = 7|entry 7 is missing",
                "delete from audit where seq > 20|entries after 20 were removed",
                "update audit set body = 'nothing' where seq = 9|entry 9 was changed",
                "update audit set at = at + 1 where seq = 12|entry 12 was changed",
                "update audit set kind = 'x' where seq = 1|entry 1 was changed",
                "update audit set prev = hash where seq = 3|entry 3 was changed",
                "update checkpoint set jws = (select jws from checkpoint where seq = 16) where seq = 32|checkpoint at entry 32",
            })
    void whoeverEditsTheDatabaseIsFound(String edit, String expected) {
        assertThat(database.update(edit)).isPositive();
        assertThat(log.verify().fault()).hasValueSatisfying(f -> assertThat(f).contains(expected));
    }

    @Test
    void aDamagedDatabaseSaysWhatToDo() throws Exception {
        Path broken = Files.writeString(folder.resolve("broken.db"), "this is no database, ".repeat(100));
        assertThatThrownBy(() -> Database.open(broken))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("damaged");
    }
}
