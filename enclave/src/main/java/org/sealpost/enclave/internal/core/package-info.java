/** The logic of a compartment: what the calls of an enclave do, on state that rests sealed. */
@org.jspecify.annotations.NullMarked
package org.sealpost.enclave.internal.core;
