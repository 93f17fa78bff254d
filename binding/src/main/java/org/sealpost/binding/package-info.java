/**
 * HTTP (TS-0009) and CoAP (TS-0008): primitives on the wire, and nothing else. A listener takes bodies of at most 1 MiB, answers what it
 * cannot read with a status and a sentence, and cuts off peers that are slow to send; while a handler takes its time nothing expires.
 * {@code grtm}, for which HTTP has no header, travels there in the query.
 */
@org.jspecify.annotations.NullMarked
package org.sealpost.binding;
