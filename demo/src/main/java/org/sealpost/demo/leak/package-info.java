/** Looks for secrets where they must not be, and tests itself each time. */
@org.jspecify.annotations.NullMarked
package org.sealpost.demo.leak;
