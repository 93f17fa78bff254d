/** Fuzz targets: every parser that strangers reach either returns a value or refuses, whatever octets it is given. */
@org.jspecify.annotations.NullMarked
package org.sealpost.fuzz;
