/**
 * ESData (TS-0003 8.5): data protected from its source to its targets, whatever carries it. {@link org.sealpost.e2e.data.EsData} is the way in. No I/O, no clock; randomness comes as an argument.
 */
@org.jspecify.annotations.NullMarked
package org.sealpost.e2e.data;
