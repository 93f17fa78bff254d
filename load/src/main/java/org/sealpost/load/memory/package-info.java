/** Enclaves without a disk and without a process of their own: the core that is shipped, over memory that can lose power. */
@org.jspecify.annotations.NullMarked
package org.sealpost.load.memory;
