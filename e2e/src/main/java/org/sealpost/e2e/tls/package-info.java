/**
 * TLS 1.2 inside messages: both peers as state machines that take and give octets. No socket, clock or randomness of its own; used by key
 * establishment (TS-0003 8.7) and by remote provisioning (TS-0003 8.3, 8.8).
 */
@org.jspecify.annotations.NullMarked
package org.sealpost.e2e.tls;
