/** The group agent: an end point beside the gateway that commands under delegation. */
@org.jspecify.annotations.NullMarked
package org.sealpost.agent;
