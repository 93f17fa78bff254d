/** What people touch: one command line for operators. */
@org.jspecify.annotations.NullMarked
package org.sealpost.cli;
