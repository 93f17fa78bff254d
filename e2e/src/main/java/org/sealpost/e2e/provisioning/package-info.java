/**
 * Remote security provisioning (TS-0003 8.3, 8.8, 10.3): key derivations, key identifiers, the messages of MEF and MAF and both sides'
 * state machines. Octets, time and randomness are arguments.
 */
@org.jspecify.annotations.NullMarked
package org.sealpost.e2e.provisioning;
