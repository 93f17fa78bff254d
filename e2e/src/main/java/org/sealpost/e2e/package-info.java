/** ESPrim, ESData and negotiation; no I/O, no clock, no threads. */
@org.jspecify.annotations.NullMarked
package org.sealpost.e2e;
