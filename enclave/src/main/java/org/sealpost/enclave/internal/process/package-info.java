/** The enclave as a process: its protocol over a Unix domain socket, both ends of it, and what shields the process. */
@org.jspecify.annotations.NullMarked
package org.sealpost.enclave.internal.process;
