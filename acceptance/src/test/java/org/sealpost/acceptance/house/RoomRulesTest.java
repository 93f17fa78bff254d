package org.sealpost.acceptance.house;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;

/** The rules of the house that the class files can be held against. */
@AnalyzeClasses(
        packages = "org.sealpost",
        importOptions = {ImportOption.DoNotIncludeTests.class})
class RoomRulesTest {
    private static final String[] PROTOCOL_ROOMS = {
        "org.sealpost.onem2m..", "org.sealpost.e2e..", "org.sealpost.oscore..", "org.sealpost.group.."
    };

    /** Bytes, time and randomness come in as arguments, so that the same code runs in a process, a simulation and a fuzzer. */
    @ArchTest
    static final ArchRule protocolRoomsDoNoInputOrOutput = noClasses()
            .that()
            .resideInAnyPackage(PROTOCOL_ROOMS)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.net..",
                    "java.nio.file..",
                    "java.nio.channels..",
                    "java.util.concurrent",
                    "java.util.logging..",
                    "org.slf4j..",
                    "io.netty..");

    @ArchTest
    static final ArchRule protocolRoomsHaveNoClock = noClasses()
            .that()
            .resideInAnyPackage(PROTOCOL_ROOMS)
            .should()
            .callMethod(Instant.class, "now")
            .orShould()
            .callMethod(LocalDateTime.class, "now")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Clock.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(InstantSource.class);

    @ArchTest
    static final ArchRule protocolRoomsHaveNoThreadsAndNoRandomness = noClasses()
            .that()
            .resideInAnyPackage(PROTOCOL_ROOMS)
            .should()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class)
            .orShould()
            .callConstructor(SecureRandom.class);

    /** Its host name check has a known hole, and a registered provider changes what every other call of the platform does. */
    @ArchTest
    static final ArchRule nobodyUsesTheJsseOfBouncyCastle = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("org.bouncycastle.jsse..", "org.bouncycastle.jce.provider..");

    /** Secret bytes exist inside the enclave and in the pure functions it calls. */
    @ArchTest
    static final ArchRule onlyTheEnclaveAndItsPureFunctionsTouchKeys = noClasses()
            .that()
            .resideInAnyPackage(
                    "org.sealpost.onem2m..",
                    "org.sealpost.binding..",
                    "org.sealpost.cse..",
                    "org.sealpost.gateway..",
                    "org.sealpost.device..",
                    "org.sealpost.agent..",
                    "org.sealpost.server..",
                    "org.sealpost.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("javax.crypto..", "org.sealpost.e2e..", "org.sealpost.group..", "org.sealpost.oscore..")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.security.Key.class);

    @ArchTest
    static final ArchRule whatIsInternalToARoomStaysThere = noClasses()
            .that()
            .resideOutsideOfPackages(
                    "org.sealpost.enclave..", "org.sealpost.witness..", "org.sealpost.fuzz..", "org.sealpost.load..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.sealpost.enclave.internal..")
            .because("the enclave's inside is reached through its interface; only test equipment looks in");

    @ArchTest
    static final ArchRule theSameForTheCse = noClasses()
            .that()
            .resideOutsideOfPackage("org.sealpost.cse..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.sealpost.cse.internal..");

    @ArchTest
    static final ArchRule andForTheBindings = noClasses()
            .that()
            .resideOutsideOfPackage("org.sealpost.binding..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.sealpost.binding.internal..");

    @ArchTest
    static final ArchRule roomsHaveNoCycles =
            slices().matching("org.sealpost.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule refusalsAreTheOnlyErrorsOfTheCodecs = classes()
            .that()
            .resideInAPackage("org.sealpost.onem2m..")
            .and()
            .areAssignableTo(Throwable.class)
            .should()
            .haveSimpleName("Refusal");

    /** A rule that can't fail is no rule: each kind is shown to fail on a class that breaks it. */
    @Test
    void theRulesFailWhenBroken() {
        JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
        ArchRule clock = noClasses().should().callMethod(Instant.class, "now");
        ArchRule crypto = noClasses().should().dependOnClassesThat().resideInAnyPackage("javax.crypto..");
        assertThatThrownBy(() -> clock.check(offender)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> crypto.check(offender)).isInstanceOf(AssertionError.class);
        assertThat(Offender.at()).isNotNull();
    }

    static final class Offender {
        static Instant at() {
            return Instant.now();
        }

        static javax.crypto.Mac mac() throws java.security.GeneralSecurityException {
            return javax.crypto.Mac.getInstance("HmacSHA256");
        }
    }
}
