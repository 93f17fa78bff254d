/** OSCORE message protection; no I/O, no clock, no threads. */
@org.jspecify.annotations.NullMarked
package org.sealpost.oscore;
