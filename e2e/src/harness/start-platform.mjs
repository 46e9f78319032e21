import { startKafkaForTests } from '../../../deploy/kafka-local/start-for-tests.mjs';
import { newPlace, startPlatform } from './platform.ts';

// The platform outlives each test file; what a file needs of it goes through the environment of the test processes.
export default async function startSharedPlatform() {
  await startKafkaForTests();
  if (process.env.WINDLASS_E2E_BUS === 'kafka') {
    const kafka = JSON.parse(process.env.WINDLASS_TEST_KAFKA);
    if (kafka.address === undefined) throw new Error(`WINDLASS_E2E_BUS=kafka: ${kafka.lacking}`);
    process.env.WINDLASS_E2E_KAFKA_BROKERS = kafka.address;
  }
  const place = await newPlace();
  globalThis.sharedPlace = place;
  globalThis.sharedPlatform = await startPlatform(place);
  // For a test that plays somebody who got at the database itself.
  process.env.WINDLASS_E2E_DATA_DIRECTORY = place.dataDirectory;
  process.env.WINDLASS_E2E_CREDENTIALS = JSON.stringify(globalThis.sharedPlatform.credentials);
}
