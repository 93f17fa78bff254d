/** The steps of the demo and how they are told. */
@org.jspecify.annotations.NullMarked
package org.sealpost.demo.story;
