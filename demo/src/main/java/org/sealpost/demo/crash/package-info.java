/** kill -9 at seeded moments inside the work of a real fleet, and what has to hold afterwards. */
@org.jspecify.annotations.NullMarked
package org.sealpost.demo.crash;
