/** Primitives, resources, identifiers, JSON and CBOR; no I/O, no cryptography. */
@org.jspecify.annotations.NullMarked
package org.sealpost.onem2m;
