/** Epochs, credentials, delegations and commands; no I/O, no clock, no threads. */
@org.jspecify.annotations.NullMarked
package org.sealpost.group;
