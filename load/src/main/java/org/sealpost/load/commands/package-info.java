/** Commands to many devices over real sockets: server, gateway and devices in one process, as they are shipped. */
@org.jspecify.annotations.NullMarked
package org.sealpost.load.commands;
