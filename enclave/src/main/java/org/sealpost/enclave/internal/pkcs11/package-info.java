/** Keys in a PKCS#11 token: a small binding over JNA, and what an enclave does with it. */
@org.jspecify.annotations.NullMarked
package org.sealpost.enclave.internal.pkcs11;
