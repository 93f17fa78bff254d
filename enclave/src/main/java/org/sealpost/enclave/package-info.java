/** The secure environment: the only room that touches secret bytes. */
@org.jspecify.annotations.NullMarked
package org.sealpost.enclave;
