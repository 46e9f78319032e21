import { stopKafkaForTests } from '../../../deploy/kafka-local/start-for-tests.mjs';

export default async function stopSharedPlatform() {
  await globalThis.sharedPlatform?.stop();
  globalThis.sharedPlace?.remove();
  await stopKafkaForTests();
}
