/** The fleet file: what an operator says there is. */
@org.jspecify.annotations.NullMarked
package org.sealpost.server.fleet;
