/** Who holds an enclave's keys: its own memory, or a token. */
@org.jspecify.annotations.NullMarked
package org.sealpost.enclave.internal.custody;
