package org.sealpost.enclave.internal.pkcs11;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which token, and how to open it.
 *
 * @param module the module's shared library
 * @param label of the token; one of label and slot is there
 * @param slot number of its slot
 * @param pinFile holds the user's PIN in its first line; readable by its owner only
 */
public record TokenConfig(Path module, Optional<String> label, OptionalLong slot, Path pinFile) {}
