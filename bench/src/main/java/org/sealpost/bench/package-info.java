/** Benchmarks. */
@org.jspecify.annotations.NullMarked
package org.sealpost.bench;
