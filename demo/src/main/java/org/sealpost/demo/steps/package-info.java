/** The steps of the demo, one class each. */
@org.jspecify.annotations.NullMarked
package org.sealpost.demo.steps;
