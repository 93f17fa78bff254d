/** CBOR and COSE for what is computed with and signed. */
@org.jspecify.annotations.NullMarked
package org.sealpost.oscore.cose;
