/** Renewal of pairwise keys, by policy and on demand. */
@org.jspecify.annotations.NullMarked
package org.sealpost.server.renewal;
