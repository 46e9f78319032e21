import { Client, credentials } from '@grpc/grpc-js';
import { MAX_MESSAGE_BYTES } from '@windlass/grpc';

const READY_WITHIN_MS = 1_000;

/** A connection to a part of the platform; it reconnects within two seconds of the part's return. */
export function openChannel(address: string): Client {
  return new Client(address, credentials.createInsecure(), {
    'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
    'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
    // A socket path is no host name; without this some servers refuse the authority.
    'grpc.default_authority': 'localhost',
    'grpc.initial_reconnect_backoff_ms': 100,
    'grpc.max_reconnect_backoff_ms': 2_000,
  });
}

/** True when the other side accepts a connection within a second. */
export function isReady(client: Client): Promise<boolean> {
  return new Promise((resolve) => {
    client.waitForReady(Date.now() + READY_WITHIN_MS, (error) => resolve(error === undefined));
  });
}
