/** Test vectors for other implementations: how they are made, and how ours is held against them. */
@org.jspecify.annotations.NullMarked
package org.sealpost.vectors;
