/** The checklist of the standard's rules against the tests that show them. */
@org.jspecify.annotations.NullMarked
package org.sealpost.conformance;
