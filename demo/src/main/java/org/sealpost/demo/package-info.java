/** The main job, narrated and verified on real processes. */
@org.jspecify.annotations.NullMarked
package org.sealpost.demo;
