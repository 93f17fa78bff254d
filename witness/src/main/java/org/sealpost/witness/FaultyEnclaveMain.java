package org.sealpost.witness;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.OptionalLong;
import org.sealpost.enclave.Attestation;
import org.sealpost.enclave.Enclave;
import org.sealpost.enclave.SecureEnvironment;
import org.sealpost.enclave.internal.process.EnclaveRuntime;

/** An enclave process with a fault, named by the system property {@code sealpost.witness.fault}: to see that checks notice it. Never shipped. */
public final class FaultyEnclaveMain {
    private FaultyEnclaveMain() {}

    public static void main(String[] args) {
        Faults faults = new Faults(System.getProperty("sealpost.witness.fault", ""));
        System.exit(EnclaveRuntime.run(
                List.of(args), System.in, sound -> faulty(sound, faults), FaultyEnclaveMain::attested));
    }

    /** What a lying enclave says of itself, or one of another make: {@code sealpost.witness.level}. */
    private static Attestation attested(Attestation own) {
        return new Attestation(own.kind(), Integer.getInteger("sealpost.witness.level", own.level()), own.version());
    }

    private static SecureEnvironment faulty(SecureEnvironment sound, Faults faults) {
        return new SecureEnvironment() {
            @Override
            public Enclave compartment(String name) {
                Enclave inside = sound.compartment(name);
                return (Enclave) Proxy.newProxyInstance(
                        Enclave.class.getClassLoader(), new Class<?>[] {Enclave.class}, (proxy, method, arguments) -> {
                            try {
                                return faults.twist(method.getName(), arguments, method.invoke(inside, arguments));
                            } catch (InvocationTargetException e) {
                                throw e.getCause() == null ? e : e.getCause();
                            }
                        });
            }

            @Override
            public long revision(String compartment) {
                return sound.revision(compartment);
            }

            @Override
            public OptionalLong processId() {
                return sound.processId();
            }

            @Override
            public void close() {
                sound.close();
            }
        };
    }
}
