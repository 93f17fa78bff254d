/** A fuzz target inside the package of the enclave's protocol: test equipment, not shipped. */
@org.jspecify.annotations.NullMarked
package org.sealpost.enclave.internal.process;
