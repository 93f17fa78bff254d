/** The house held against its rules, and the main job on real processes. */
@org.jspecify.annotations.NullMarked
package org.sealpost.acceptance;
