export { stopKafkaForTests as default } from '../../../../deploy/kafka-local/start-for-tests.mjs';
