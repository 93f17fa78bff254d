/** Test equipment: sees the secrets of an enclave, and plants faults; never shipped. */
@org.jspecify.annotations.NullMarked
package org.sealpost.witness;
