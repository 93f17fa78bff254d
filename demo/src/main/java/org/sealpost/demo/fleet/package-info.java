/** A building of real processes. */
@org.jspecify.annotations.NullMarked
package org.sealpost.demo.fleet;
